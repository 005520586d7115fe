import type { IDataObject } from 'n8n-workflow';

/**
 * The row of a model in one of the lists, by its id or by an alias: asked for a superseded id, a
 * list answers with the row of its successor.
 */
export function rowOf({ data }: IDataObject, id: string): IDataObject | undefined {
	const rows = Array.isArray(data) ? (data as Array<IDataObject | null>) : [];
	const isNamed = (row: IDataObject | null) =>
		row?.id === id || (Array.isArray(row?.aliases) && (row.aliases as unknown[]).includes(id));
	return rows.find(isNamed) ?? undefined;
}
