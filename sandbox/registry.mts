import type { SandboxProvider } from './contract.mts';
import { aihubmax } from './providers/aihubmax.mts';
import { aimlapi } from './providers/aimlapi.mts';
import { evolink } from './providers/evolink.mts';
import { fal } from './providers/fal.mts';
import { shortapi } from './providers/shortapi.mts';

/** Every provider of the sandbox. */
export const sandboxProviders: SandboxProvider[] = [fal, aimlapi, shortapi, aihubmax, evolink];

/** Credential types by provider id. */
export const sandboxCredentialTypes = Object.fromEntries(
	sandboxProviders.map(({ id, credentialType }) => [id, credentialType]),
);
