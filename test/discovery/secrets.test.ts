import { describe, expect, it } from 'vitest';
import { isSecretName } from '../../src/discovery/secrets.ts';

describe('names of secrets', () => {
  it.each([
    'API_KEY',
    'WEATHER_KEY',
    'apiKey',
    'GITHUB_PERSONAL_ACCESS_TOKEN',
    'ACCOUNT_TOKEN',
    'FILE_SECRET',
    'DB_PASSWORD',
    'Authorization',
    'X-Api-Key',
    'SENTRY_DSN',
  ])('%s', (name) => {
    expect(isSecretName(name)).toBe(true);
  });

  it.each([
    'CITY',
    'TOKEN_LIMIT',
    'TOKEN_URL',
    'PASSWORD_FILE',
    'MAX_TOKEN',
    'PUBLIC_KEY',
    'CLIENT_ID',
    'MONKEY',
    'AUTHOR',
  ])('not %s', (name) => {
    expect(isSecretName(name)).toBe(false);
  });
});
