import { show } from '../../checkout/show.ts';
import { imageProblem } from '../../sources/image.ts';
import { refuse } from './refused.ts';

/** What containers/image would take for something else than a registry's name. `docker:24` is an image. */
const transport = /^(?:containers-storage|dir|docker-archive|docker-daemon|oci|oci-archive|ostree|sif|tarball):/i;

/**
 * The full name of an image as Dockerfiles write it: short names are Docker Hub's.
 *
 * @throws DockerfileRefused for everything that is no name of an image in a registry
 */
export function fullReference(given: string, line: number): string {
  if (given === '') refuse(line, 'found an empty name of an image; set the variables in it, or write it out');
  if (transport.test(given)) {
    refuse(
      line,
      `found ${show(given)}, with a transport before its name; expected an image in a registry, such as \`node:22\``,
    );
  }
  const full = tagged(withDomain(given));
  if (imageProblem(full) === null) return full;
  // The sentence is about what is written there.
  const problem = imageProblem(given) ?? imageProblem(full);
  return refuse(line, `${problem}`);
}

function withDomain(given: string): string {
  const slash = given.indexOf('/');
  const first = given.slice(0, Math.max(0, slash));
  const hasDomain = /[.:A-Z]/.test(first) || first === 'localhost';
  if (!hasDomain) return `docker.io/${slash === -1 ? 'library/' : ''}${given}`;
  if (first !== 'docker.io' && first !== 'index.docker.io') return given;
  const path = given.slice(slash + 1);
  return `docker.io/${path.includes('/') ? '' : 'library/'}${path}`;
}

function tagged(name: string): string {
  return /[:@]/.test(name.slice(name.lastIndexOf('/'))) ? name : `${name}:latest`;
}
