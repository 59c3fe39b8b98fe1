// Which pages the browser tests visit, per persona of the demonstration. To add a page, add a line:
//
//   "/network"                                              a path; it must answer 200
//   { from: "/designations/list", link: "main .rc-table a" }     the page behind the first such link;
//                                                           several links, one after the other, in a list
//   { path: "/designations/new", press: "main .rc-form button", status: 422 }
//                                                           a form sent as it is, which must come back with its errors
//   { path: "/no-such-page", status: 404 }                  an error page
//
// A line may carry `name`, under which its screenshots are kept.

export const pages = {
  anonymous: [
    "/",
    "/calendar",
    { path: "/calendar?show=published", name: "calendar-published" },
    { path: "/calendar?year=2026", name: "calendar-year" },
    { path: "/calendar?month=2026-12&observatory=milano", name: "calendar-month" },
    { path: "/calendar?month=dicembre", status: 400, name: "calendar-wrong-month" },
    "/calendar/changes",
    { from: "/calendar?show=published", link: "main .rc-table a", name: "release-published" },
    { from: "/calendar", link: "main .rc-table a", name: "release" },
    "/calendar/subscribe",
    "/network",
    { from: "/network", link: "main .rc-columns a[href^='/network/bodies/']", name: "body" },
    { from: "/network", link: "main .rc-columns a[href^='/network/observatories/']", name: "observatory" },
    "/sign-in",
    "/about",
    "/api",
    "/privacy",
    { path: "/no-such-page", status: 404 },
  ],
  secretariat: [
    "/",
    "/me",
    "/monday",
    "/calendar",
    { from: "/calendar", link: "main .rc-table a", name: "release" },
    "/releases/new",
    { from: "/calendar", link: ["main .rc-table tbody tr:last-child a", "main a[href$='/improve']"], name: "release-improve" },
    { from: "/calendar", link: ["main .rc-table a", "main a[href^='/deliverables/']"], name: "deliverable" },
    { from: "/calendar", link: ["main .rc-table a", "main a[href^='/deliverables/']", "main a[href^='/publications/']"], name: "publication" },
    {
      from: "/calendar",
      link: ["main .rc-table a", "main a[href^='/deliverables/']", "main a[href^='/publications/']"],
      press: "main .rc-form button",
      status: 422,
      name: "publication-errors",
    },
    "/network",
    "/designations",
    "/designations/list",
    "/designations/new",
    { path: "/designations/new", press: "main .rc-form button", status: 422, name: "designations-new-errors" },
    { from: "/designations/list", link: "main .rc-table a", name: "designation" },
    "/radar",
    "/meetings",
    "/meetings/new",
    { from: "/meetings", link: "main .rc-table tbody tr:first-child a", name: "meeting-draft" },
    { from: "/meetings", link: "main .rc-table tbody tr:last-child a", name: "meeting-closed" },
    "/tasks",
    "/dossier",
    "/mail",
    { from: "/mail", link: "main .rc-table a", name: "mail-one" },
    "/jobs",
  ],
  referent: [
    "/",
    "/me",
    "/network",
    "/designations",
    "/tasks",
    { from: "/tasks", link: "main .rc-table a", name: "task" },
    "/meetings",
    { from: "/meetings", link: "main .rc-table a", name: "meeting-convened" },
    "/dossier",
  ],
  body_manager: [
    "/",
    "/me",
    "/network",
    "/designations",
    "/designations/new",
    "/meetings",
    "/dossier",
  ],
  direction: [
    "/",
    "/radar",
    "/tasks",
  ],
  partner: [
    "/",
    "/me",
    "/meetings",
    "/dossier",
  ],
};
