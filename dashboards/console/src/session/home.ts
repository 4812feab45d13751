// At which page somebody works: guards and grid members at a phone's, everybody else at the police room's.
import type { Role } from "./types";

export const GUARD_PAGE = "/guard/";
/** After the console's address: one's own account is wanted, not the police room. */
export const ACCOUNT = "#account";
const AT_A_PHONE: readonly Role[] = ["guard", "grid_member"];

export function homeOf(role: Role): string {
  return AT_A_PHONE.includes(role) ? GUARD_PAGE : "/";
}
