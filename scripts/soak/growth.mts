/** What is measured again and again, and how much more of it at the end is no growth. */
export interface Measure {
	name: string;
	/** In its own unit, or as a part of its usual size: whichever is more. */
	allowed: { absolute: number; part: number };
}

export interface Growth {
	/** For each step from one sample to the next: the median of all slopes between two samples (Theil and Sen). */
	slope: number;
	/** From the first sample to the last, by this slope. */
	total: number;
	allowed: number;
	grows: boolean;
}

/** Whether a row of samples, taken at the same distance, grows. A few samples that stand out do not matter. */
export function growthOf(samples: number[], { allowed }: Pick<Measure, 'allowed'>): Growth {
	const slopes = samples.flatMap((sample, index) =>
		samples.slice(index + 1).map((later, distance) => (later - sample) / (distance + 1)),
	);
	const slope = middleOf(slopes);
	const total = slope * (samples.length - 1);
	const limit = Math.max(allowed.absolute, allowed.part * middleOf(samples));
	return { slope, total, allowed: limit, grows: total > limit };
}

function middleOf(numbers: number[]): number {
	const sorted = [...numbers].sort((one, other) => one - other);
	const half = Math.floor(sorted.length / 2);
	return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
