import * as z from 'zod';
import { type PlatformRepository, PlatformUnavailable } from './host.ts';

const Tree = z.object({
  truncated: z.boolean(),
  tree: z.array(
    z.object({
      path: z.string(),
      mode: z.string(),
      type: z.string(),
      sha: z.string().regex(/^[0-9a-f]{40,64}$/u),
    }),
  ),
});
const Blob = z.object({ content: z.string(), encoding: z.literal('base64') });

/** Without an answer there is a status, too, which nobody sent. */
const Fault = z.object({ response: z.object({ status: z.number() }) });

const patienceMs = 30_000;
/** Bytes of a blob: more is read as text nowhere. */
const maxBlob = 1024 ** 2;

/** What the REST API tells of a repository's commits. All that is asked for is named by its id, and never changes. */
export function repositoryOf(
  slug: string,
  { apiUrl, token }: { readonly apiUrl: string; readonly token: string | null },
): PlatformRepository | null {
  const [owner = '', repo = '', ...more] = slug.split('/');
  if (owner === '' || repo === '' || more.length > 0 || token === null) return null;
  const ask = async (what: string, path: string, parameters: Record<string, string>): Promise<unknown> => {
    try {
      // Loaded where it is needed: it reads the event, and is large.
      const { getOctokit } = await import('@actions/github');
      const octokit = getOctokit(token, { baseUrl: apiUrl });
      const signal = AbortSignal.timeout(patienceMs);
      const { data } = await octokit.request(`GET /repos/{owner}/{repo}/${path}`, {
        owner,
        repo,
        ...parameters,
        request: { signal },
      });
      return data;
    } catch (error) {
      throw new PlatformUnavailable(`${what} could not be read from ${new URL(apiUrl).host} (${faultOf(error)})`);
    }
  };
  return {
    async tree(commit) {
      const what = `the files of ${commit.slice(0, 12)}`;
      const read = Tree.safeParse(await ask(what, 'git/trees/{tree}', { tree: commit, recursive: '1' }));
      if (!read.success) throw new PlatformUnavailable(`${what}, as the API lists them, could not be understood`);
      if (read.data.truncated) {
        throw new PlatformUnavailable(
          `${what} are more than the API lists; give \`actions/checkout\` a \`fetch-depth: 2\`, so that they are there`,
        );
      }
      return read.data.tree.flatMap(({ path, mode, type, sha }) => (type === 'tree' ? [] : [{ path, mode, oid: sha }]));
    },
    async blob(oid) {
      const what = `the file ${oid.slice(0, 12)}`;
      const read = Blob.safeParse(await ask(what, 'git/blobs/{blob}', { blob: oid }));
      if (!read.success) throw new PlatformUnavailable(`${what}, as the API gives it, could not be understood`);
      const content = Buffer.from(read.data.content, 'base64');
      return content.length > maxBlob ? null : content;
    },
  };
}

/** Nothing of an answer's text: it may hold anything. */
function faultOf(error: unknown): string {
  const known = Fault.safeParse(error);
  if (!known.success) return 'no answer';
  const { status } = known.data.response;
  const advice = status === 401 || status === 403 || status === 404 ? '; `github-token` wants `contents: read`' : '';
  return `status ${status}${advice}`;
}
