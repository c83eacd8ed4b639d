import type { Problem } from '../result/model.ts';
import type { SourceDocument, ValuePath } from './document.ts';
import { atKey, atValue, pathText } from './place.ts';
import { isRecord, memberOf, recordOf } from './raw.ts';

const maxServices = 10;

/** @returns mistakes in how a server and its services fit together */
export function serviceProblems(document: SourceDocument, server: unknown, base: ValuePath): Problem[] {
  const services = Object.entries(recordOf(memberOf(server, 'services')));
  const path = [...base, 'services'];
  const many = services.length > maxServices ? [atKey(document, path, `expected at most ${maxServices} services`)] : [];
  return [
    ...many,
    ...services.flatMap(([name, service]) => [
      ...startProblems(document, service, [...path, name]),
      ...readyProblems(document, memberOf(service, 'ready'), [...path, name, 'ready']),
    ]),
    ...portProblems(document, server, base),
  ];
}

function startProblems(document: SourceDocument, service: unknown, path: ValuePath): Problem[] {
  if (!isRecord(service) || memberOf(service, 'command') !== undefined) return [];
  const image = memberOf(service, 'image');
  if (image !== undefined && image !== 'host') return [];
  // An unknown key is a mistake of its own, most likely the one that is missing here.
  const known = ['image', 'args', 'env', 'ready', 'startTimeout', 'resources'];
  if (Object.keys(service).some((key) => !known.includes(key))) return [];
  const sentence =
    'nothing says what is started; add `image: NAME:TAG`, or `command: [...]` for a program of this machine';
  return [atKey(document, path, sentence)];
}

function readyProblems(document: SourceDocument, ready: unknown, path: ValuePath): Problem[] {
  const known = ['tcp', 'http', 'log'];
  const keys = Object.keys(recordOf(ready));
  if (!isRecord(ready) || keys.length === 1 || keys.some((key) => !known.includes(key))) return [];
  return [atKey(document, path, 'expected one of `tcp`, `http` and `log`')];
}

/** All of them share one loopback. */
function portProblems(document: SourceDocument, server: unknown, base: ValuePath): Problem[] {
  const services = Object.entries(recordOf(memberOf(server, 'services')));
  const places = [
    { port: memberOf(memberOf(memberOf(server, 'transport'), 'http'), 'port'), path: ['transport', 'http', 'port'] },
    ...services.flatMap(([name, service]) => {
      const ready = memberOf(service, 'ready');
      return [
        { port: memberOf(ready, 'tcp'), path: ['services', name, 'ready', 'tcp'] },
        { port: memberOf(memberOf(ready, 'http'), 'port'), path: ['services', name, 'ready', 'http', 'port'] },
      ];
    }),
  ].filter(({ port }) => typeof port === 'number');
  return places.flatMap(({ port, path }, index) => {
    const other = places.slice(0, index).find((earlier) => earlier.port === port);
    if (other === undefined) return [];
    const where = pathText([...base, ...other.path]);
    const sentence = `${String(port)} is the port of ${where} too; a server and its services share one network, so each needs its own`;
    return [atValue(document, [...base, ...path], sentence)];
  });
}
