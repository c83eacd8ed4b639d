import { defineConfig } from 'vitest/config';

// Time limits are for hangs, never for speed: these machines are shared.
const patient = { poll: { timeout: 30_000 } };

export default defineConfig({
  test: {
    clearMocks: true,
    // The tests may run as a user who cannot write to the repository.
    fsModuleCache: false,
    projects: [
      {
        test: {
          name: 'unit',
          expect: patient,
          include: ['test/**/*.test.ts'],
          exclude: ['test/podman/**', 'test/action/**'],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'podman',
          expect: patient,
          include: ['test/podman/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'action',
          expect: patient,
          include: ['test/action/**/*.test.ts'],
          testTimeout: 600_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
