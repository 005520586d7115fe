import { z } from 'zod';
import { isHttpAddress } from '../../network.mts';

const imageAddress = z
	.string()
	.refine((text) => isHttpAddress(text) || text.startsWith('data:image/'));

/** What the handlers read of an input, whatever its model. */
export interface Input {
	prompt: string;
	image_urls?: string[];
	aspect_ratio?: string;
}

/**
 * https://fal.ai/models/fal-ai/veo3.1/reference-to-video/api: the duration is listed as a plain
 * string of which only "8s" is shown; three images are what Veo allows.
 */
const veoSchema = z.strictObject({
	prompt: z.string().min(1),
	image_urls: z.array(imageAddress).min(1).max(3),
	aspect_ratio: z.enum(['16:9', '9:16']).optional(),
	duration: z.literal('8s').optional(),
	resolution: z.enum(['720p', '1080p', '4k']).optional(),
	generate_audio: z.boolean().optional(),
	auto_fix: z.boolean().optional(),
	safety_tolerance: z.enum(['1', '2', '3', '4', '5', '6']).optional(),
});

/**
 * https://fal.ai/models/google/gemini-omni-flash/v1.1/reference-to-video/llms.txt: images are
 * optional there. How many are taken is not documented; Google's card of the preview says ten.
 */
const omniSchema = z.strictObject({
	prompt: z.string().min(1),
	image_urls: z.array(imageAddress).max(10).optional(),
	reference_video_urls: z.array(imageAddress).max(3).optional(),
	aspect_ratio: z.enum(['16:9', '9:16']).optional(),
	resolution: z.enum(['360p', '720p', '1080p', '4k']).optional(),
	duration: z.int().min(3).max(10).optional(),
});

/** A model, at its own address. */
export interface Endpoint {
	id: string;
	schema: z.ZodType<Input>;
	/** At 720p, with sound. */
	usdPerSecond: number;
}

export const endpoints: Endpoint[] = [
	{ id: 'fal-ai/veo3.1/reference-to-video', schema: veoSchema, usdPerSecond: 0.4 },
	{ id: 'fal-ai/veo3.1/fast/reference-to-video', schema: veoSchema, usdPerSecond: 0.15 },
	{
		id: 'google/gemini-omni-flash/v1.1/reference-to-video',
		schema: omniSchema,
		usdPerSecond: 0.1,
	},
];

/** Optional headers, …/model-apis/common-parameters.md. */
export const optionsSchema = z.object({
	'x-fal-request-start-timeout': z.coerce.number().gt(0.1).optional(),
	'x-fal-request-timeout': z.coerce.number().gt(1).optional(),
	'x-fal-queue-priority': z.enum(['normal', 'low']).optional(),
});

export const querySchema = z.object({
	fal_webhook: z.string().refine(isHttpAddress, 'must be an http(s) URL').optional(),
	fal_max_queue_length: z.coerce.number().int().nonnegative().optional(),
});
