/**
 * Whether a text can be the id of a model: names joined by slashes, none of which is made of dots
 * alone, because ids stand in the paths of requests.
 */
export const isModelId = (text: string): boolean =>
	text.length <= 200 &&
	text.split('/').every((name) => /^[\w.:@-]+$/.test(name) && !/^\.+$/.test(name));
