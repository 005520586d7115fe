/** n8n's setting: an engine for expressions only where there is one to evaluate. It is off by default. */
export const expressionEngines = (isLazy: boolean) => ({
	N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE: String(isLazy),
});
