import fc from 'fast-check';

/** The same in all files of a run: test/environment.js chooses it, or `npm run fuzz` is given it. */
fc.configureGlobal({ seed: Number(process.env.FUZZ_SEED) });

/** How often a property is tried: `usual` times, or as often as `npm run fuzz` was told. */
export const runs = (usual: number) => ({ numRuns: Number(process.env.FUZZ_RUNS) || usual });
