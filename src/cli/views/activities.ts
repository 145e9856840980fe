import { moneyText } from "../../model/money.ts";
import type { ActivityDocument } from "../../queries/activities.ts";
import { plainLine, type Look } from "../look.ts";

export function activitiesTable(activities: readonly ActivityDocument[], look: Look): string {
  return look.table(
    ["when", "type", "title", "amount", "status", "client", "connection"],
    activities.map((activity) => [
      activity.occurred_at,
      activity.type,
      plainLine(activity.title),
      amountText(activity),
      activity.status ?? "",
      activity.client ?? look.faint("no client yet"),
      activity.connection,
    ]),
  );
}

function amountText({ amount_minor: amountMinor, currency }: ActivityDocument): string {
  if (amountMinor === undefined || currency === undefined) return "";
  return moneyText({ amountMinor, currency });
}
