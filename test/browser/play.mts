import type { Locator } from 'playwright-core';

/** Plays a moment of a video; it goes on then, from its start again. */
export const play = async (video: Locator) =>
	await video.evaluate(async (element) => {
		const player = element as HTMLVideoElement;
		player.muted = true;
		player.loop = true;
		player.currentTime = 0;
		const moved = new Promise<number>((resolve) => {
			player.addEventListener('timeupdate', () => {
				if (player.currentTime > 0) resolve(player.currentTime);
			});
		});
		await player.play();
		await moved;
		const { duration, videoWidth, videoHeight, currentTime, error } = player;
		return { duration, videoWidth, videoHeight, currentTime, error: error?.message };
	});
