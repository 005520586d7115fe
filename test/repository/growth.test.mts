import { growthOf } from '../../scripts/soak/growth.mts';

const allowed = { absolute: 4, part: 0.05 };
const grows = (samples: number[]) => growthOf(samples, { allowed }).grows;
const rounds = [...Array(20).keys()];

it('a soak sees what grows, however slowly, and how fast', () => {
	expect(growthOf([10, 12, 14, 16], { allowed })).toEqual({
		...{ slope: 2, total: 6, allowed: 4, grows: true },
	});
	// Half a timer in each round.
	expect(grows(rounds.map((round) => 20 + Math.floor(round / 2)))).toBe(true);
	// Half a megabyte in each round, under noise that is larger than that.
	expect(grows(rounds.map((round) => 20 + round / 2 + (round % 3)))).toBe(true);
});

it('a soak lets pass what goes up and down, stands out once, shrinks, or is small beside the whole', () => {
	expect(grows(rounds.map((round) => 20 + 5 * (round % 2)))).toBe(false);
	expect(grows(rounds.map((round) => (round === 15 ? 90 : 20)))).toBe(false);
	expect(grows(rounds.map((round) => 200 - round))).toBe(false);
	expect(grows(rounds.map((round) => 1000 + round))).toBe(false);
});
