/** The version of package.json; test/version.test.ts keeps the two together. */
export const version = '0.1.0';
