import { describe, expect, it } from 'vitest';
import { foreignSource, tellCargo } from '../../../src/install/cargo/sentences.ts';

const build = { image: 'localhost/rust:1', version: '1.85.0', bin: 'server', folder: 'tools', host: 'index.example' };
const exactly = (text: string) => new RegExp(`^${RegExp.escape(text)}$`, 'u');

/** What Cargo prints, by version. */
describe('what Cargo says', () => {
  it.each([
    [
      'error: checksum for `words v1.0.0` changed between lock files\n\nthis could be indicative of a few possible errors',
      'words v1.0.0 is not what Cargo.lock records, so it must not be trusted.',
    ],
    [
      'Caused by:\n  failed to verify the checksum of `words v1.0.0`',
      'words v1.0.0 is not what Cargo.lock records, so it must not be trusted.',
    ],
    [
      'error: the listed checksum of `/opt/mcp-workflow/app/vendor/words/src/lib.rs` has changed:\nexpected: a\nactual:   b',
      'words is not what `vendor` records, so it must not be trusted.',
    ],
    [
      'error: the lock file /app/Cargo.lock needs to be updated but --locked was passed to prevent this',
      'Cargo.lock does not fit tools/Cargo.toml: run `cargo update --workspace`, and commit it.',
    ],
    ['error: cannot update the lock file /app/Cargo.lock because --locked was passed', /^Cargo\.lock does not fit/u],
    [
      'error: failed to parse lock file at: /app/Cargo.lock\n\nCaused by:\n  lock file version `4` was found, but this version of Cargo does not understand this lock file',
      'Cargo.lock was written by a later Cargo than the 1.85.0 of localhost/rust:1: name an image with a later Rust, such as docker.io/library/rust:1.',
    ],
    ['lock file version 4 requires `-Znext-lockfile-bump`', /^Cargo\.lock was written by a later Cargo/u],
    [
      'error: rustc 1.85.0 is not supported by the following package:\n  words@1.0.0 requires rustc 1.90.1',
      'It asks for Rust 1.90.1, and localhost/rust:1 has 1.85.0: name an image that has it, such as docker.io/library/rust:1.90.',
    ],
    [
      'feature `edition2024` is required\n\n  The package requires the Cargo feature called `edition2024`',
      /^It asks for a later Rust, and/u,
    ],
    [
      'error: no matching package named `words` found\nlocation searched: registry `crates-io`',
      'words is not in the crate index index.example as Cargo.lock names it: publish it there, or commit `vendor` (`cargo vendor`).',
    ],
    [
      'error: failed to download from `http://127.0.0.1:8017/crates/words/1.0.0/download`\n\nCaused by:\n  failed to get successful HTTP response from `x`, got 404',
      /^words is not in the crate index index\.example/u,
    ],
    [
      'error: linker `cc` not found',
      'It needs the program cc, which localhost/rust:1 does not have: name an image that has it, such as docker.io/library/rust:1.',
    ],
    [
      'error: target `server` in package `x` requires the features: `server`, `http`\nConsider enabling them',
      /^The program `server` of tools\/Cargo\.toml is built only with the features `server`, `http`, which/u,
    ],
    ['error: no bin target named `server` in default-run packages', /^tools\/Cargo\.toml has no program `server`/u],
    [
      'error[E0425]: cannot find value `x` in this scope',
      'The build of server failed with exit code 101 in localhost/rust:1 (Cargo 1.85.0): its last lines say why; there is no network in a build.',
    ],
  ])('%s', (output, sentence) => {
    const { advice, outcome } = tellCargo(output, 'build', build, 101);
    expect(outcome).toBe('install_failed');
    expect(advice).toMatch(typeof sentence === 'string' ? exactly(sentence) : sentence);
  });

  it('is not asked where Cargo.lock names what is not fetched', () => {
    const lock = (source: string) =>
      `version = 4\n\n[[package]]\nname = "x"\nversion = "1.0.0"\nsource = "${source}"\n`;
    expect(foreignSource('version = 3\n\n[[package]]\nname = "own"\nversion = "0.1.0"\n')).toBe(null);
    expect(foreignSource(lock('registry+https://github.com/rust-lang/crates.io-index'))).toBe(null);
    expect(foreignSource(lock('git+https://github.com/acme/x?rev=1#1'))).toMatch(/^x comes from a git repository/u);
    expect(foreignSource(lock('registry+https://crates.example/index'))).toMatch(/^x comes from another registry/u);
  });
});
