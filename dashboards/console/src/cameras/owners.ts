// Pure: whose the cameras are and what was agreed with them, while the one list of all owners is changed.

export interface Owner {
  owner_id: string;
  name: string;
  contact: string;
  /** Their cameras may be recorded and looked at by vision. */
  records: boolean;
  watches_live: boolean;
  /** Clips may leave the room. */
  exports: boolean;
  /** Null: as long as all others. */
  retention_days: number | null;
  /** The last day of the agreement; null: until it is changed. */
  until: string | null;
}

/** As it is kept: whoever saves names the version that was changed. */
export interface OwnerList {
  version: number;
  owners: readonly Owner[];
}

export const MOST_OWNERS = 200;
export const MOST_DAYS = 3650;

/** Another owner at the end, who agrees to everything; the number is the first that is free. */
export function withNew(owners: readonly Owner[]): Owner[] {
  const taken = new Set(owners.map((one) => one.owner_id));
  let number = 1;
  while (taken.has(`O${number}`)) number += 1;
  return [...owners, { owner_id: `O${number}`, name: "", contact: "", records: true, watches_live: true, exports: true, retention_days: null, until: null }];
}

export const withChanged = (owners: readonly Owner[], ownerId: string, change: Partial<Owner>): Owner[] =>
  owners.map((one) => (one.owner_id === ownerId ? { ...one, ...change } : one));

export const isOver = (owner: Owner, today: string): boolean => owner.until !== null && owner.until < today;

/** What saving does at once to cameras of an owner that was `before`. */
export type Effect = "stops" | "starts" | "hides" | "deletes" | null;

export function effectOf(before: Owner, after: Owner, today: string): Effect {
  const recorded = before.records && !isOver(before, today);
  const records = after.records && !isOver(after, today);
  if (recorded && !records) return "stops";
  if (after.retention_days !== null && after.retention_days < (before.retention_days ?? MOST_DAYS)) return "deletes";
  if (before.watches_live && !after.watches_live) return "hides";
  return !recorded && records ? "starts" : null;
}

const isSame = (one: Owner | undefined, other: Owner | undefined): boolean =>
  one === other || (one !== undefined && other !== undefined && (Object.keys(one) as (keyof Owner)[]).every((key) => one[key] === other[key]));

export interface Rebased {
  readonly owners: Owner[];
  /** Names of those whom another changed as well: theirs stands. */
  readonly lost: string[];
}

/** What was changed from `base` to `mine` once more, over what another has saved meanwhile. */
export function rebased(base: readonly Owner[], mine: readonly Owner[], latest: readonly Owner[]): Rebased {
  const of = (owners: readonly Owner[]): Map<string, Owner> => new Map(owners.map((one) => [one.owner_id, one]));
  const [before, now] = [of(base), of(mine)];
  let owners = [...latest];
  const lost: string[] = [];
  for (const id of new Set([...before.keys(), ...now.keys()])) {
    const [was, wanted, theirs] = [before.get(id), now.get(id), owners.find((one) => one.owner_id === id)];
    if (isSame(was, wanted) || isSame(wanted, theirs)) continue;
    if (was === undefined && wanted !== undefined && theirs !== undefined) {
      // Both added somebody under the first free number.
      const added = withNew(owners);
      owners = added.map((one, at) => (at === added.length - 1 ? { ...wanted, owner_id: one.owner_id } : one));
    } else if (!isSame(was, theirs)) lost.push((wanted ?? was)?.name ?? id);
    else if (wanted === undefined) owners = owners.filter((one) => one.owner_id !== id);
    else owners = theirs === undefined ? [...owners, wanted] : withChanged(owners, id, wanted);
  }
  return { owners, lost };
}
