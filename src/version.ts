/** The version of package.json; test/repository/version.test.ts keeps the two together. */
export const version = '0.1.0';
