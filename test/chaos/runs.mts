import fc from 'fast-check';

/** The same in all files of a run: test/environment.js has it, or `npm run fuzz` chooses or is given it. */
fc.configureGlobal({ seed: Number(process.env.FUZZ_SEED) });

/** By `npm run fuzz`. */
const given = Number(process.env.FUZZ_RUNS);

/** How often a property is tried: `usual` times, or as often as `npm run fuzz` was told. */
export const runs = (usual: number) => ({ numRuns: given || usual });

/** For what takes longer than a test may, where many tests run at a time. */
export const longTestMs = given ? 2 ** 31 - 1 : 180_000;
