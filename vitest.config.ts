import { defineConfig } from 'vitest/config';

export const config = defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 120_000,
    coverage: { provider: 'v8', include: ['src/**/*.ts', 'rtl/**/*.ts'], reporter: ['text-summary', 'lcov'] },
  },
});
// vitest reads its configuration from the default export only.
export default config;
