/** n8n marks what its own tests click with these. */
export const testId = (id: string) => `[data-test-id="${id}"]`;
