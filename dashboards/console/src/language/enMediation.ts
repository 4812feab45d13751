// The texts in English of disputes and their mediation.
import type { zhMediation } from "./zhMediation";

export const enMediation: typeof zhMediation = {
  title: "Mediation",
  classes: { family: "family", neighbours: "neighbours", property: "homes", labour: "labour", other: "consumers and others" },
  routes: { police: "police mediation", people: "people's mediation", professional: "professional mediation", judicial: "judicial mediation" },
  classSet: (name, what) => `${name} put the dispute under ${what}`,
  begun: (mediator, route) => `${mediator} begins ${route}`,
  ended: (mediator, agreed) => `${mediator}: ${agreed ? "an agreement" : "no agreement"}`,
  visited: (name, solved) => `${name} visited: ${solved ? "solved" : "not solved, dispatched anew"}`,
  about: "About",
  tried: "Tried",
  nothingTried: "Nothing was tried yet",
  proposals: "Who could mediate (the fittest first)",
  noMediators: "Nobody is on the list yet: the administrator adds them",
  begin: "Have them mediate",
  going: "mediates now",
  agreed: "Agreement",
  notAgreed: "No agreement",
  visit: "Visit",
  solved: "Solved",
  unsolved: "Not solved",
  note: "A word (may stay empty)",
};
