const names =
  'README|CHANGELOG|CHANGES|HISTORY|CONTRIBUTING|CODE_OF_CONDUCT|SECURITY|SUPPORT|GOVERNANCE|MAINTAINERS|AUTHORS|LICEN[CS]E|NOTICE|COPYING|CODEOWNERS';
const atRoot = new RegExp(`^(?:${names})(?:[.-][\\w.-]+)?$`, 'iu');
const ofPlatform = /^\.github\/(?:ISSUE_TEMPLATE\/.+|[\w-]+\.md|CODEOWNERS|FUNDING\.yml|dependabot\.ya?ml)$/u;

/** Whether a file at the root of a repository is for its readers, and no part of anything that lies in a folder below. */
export function isProse(path: string): boolean {
  return atRoot.test(path) || ofPlatform.test(path);
}
