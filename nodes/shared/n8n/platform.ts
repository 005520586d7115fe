import type { Item } from './item';

/** n8n's own address of this execution, where it goes on after a sleep. */
export const resumeUrlOf = ({ functions }: Pick<Item, 'functions'>): URL =>
	new URL(String((functions as Evaluating).evaluateExpression('{{ $execution.resumeUrl }}', 0)));

interface Evaluating {
	evaluateExpression(expression: string, itemIndex?: number): unknown;
}

/** n8n 1 is told from its successors by its resume URLs, which it does not sign. */
export const isN8n1 = (item: Pick<Item, 'functions'>): boolean =>
	!resumeUrlOf(item).searchParams.has('signature');
