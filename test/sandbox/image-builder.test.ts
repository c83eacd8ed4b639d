import { describe, expect, it } from 'vitest';
import { hasTriggers } from '../../src/sandbox/image-builder.ts';

describe('the configuration of an image', () => {
  it.each([
    '{"config":{"OnBuild":["RUN x"]}}',
    '{"config":{"onbuild":["RUN x"]}}',
    '{"config":{"ONBUILD" :\n["RUN x"]}}',
    '{"config":{"\\u006fn\\u0042uild":["RUN x"]}}',
    '{"config":{"OnBuild":["RUN x"],"OnBuild":null}}',
    '{"config":{"OnBuild":[]},"CONFIG":{"OnBuild":[""]}}',
    '{"config":{"OnBuild":"RUN x"}}',
  ])('with triggers: %s', (text) => {
    expect(hasTriggers(text)).toBe(true);
  });

  it.each([
    '{}',
    '{"config":{"OnBuild":null}}',
    '{"config":{"OnBuild": null}}',
    '{"OnBuild" :\n [ ]}',
    '{"config":{"OnBuild":[]}}',
    '{"config":{"Cmd":["onbuild"]}}',
  ])('without: %s', (text) => {
    expect(hasTriggers(text)).toBe(false);
  });
});
