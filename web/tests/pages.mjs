// Which pages the browser tests visit, per persona of the demonstration. To add a page, add a line:
//
//   "/network"                                              a path; it must answer 200
//   { from: "/designations", link: "main .rc-table a" }     the page behind the first such link;
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
    { path: "/calendar?since=2025-01-01", name: "calendar-past" },
    { from: "/calendar", link: "main .rc-table a", name: "release" },
    "/network",
    { from: "/network", link: "main .rc-table a", name: "body" },
    "/sign-in",
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
    { from: "/calendar", link: ["main .rc-table a", "main .rc-table a"], name: "deliverable" },
    { from: "/calendar", link: ["main .rc-table a", "main .rc-table a", "main a[href^='/publications/']"], name: "publication" },
    {
      from: "/calendar",
      link: ["main .rc-table a", "main .rc-table a", "main a[href^='/publications/']"],
      press: "main .rc-form button",
      status: 422,
      name: "publication-errors",
    },
    "/network",
    "/designations",
    "/designations/new",
    { path: "/designations/new", press: "main .rc-form button", status: 422, name: "designations-new-errors" },
    { from: "/designations", link: "main .rc-table a", name: "designation" },
    "/radar",
    "/meetings",
    "/meetings/new",
    { from: "/meetings", link: "main .rc-table tbody tr:first-child a", name: "meeting-draft" },
    { from: "/meetings", link: "main .rc-table tbody tr:last-child a", name: "meeting-closed" },
    "/tasks",
    { from: "/tasks", link: "main .rc-table a", name: "task-of-others" },
    { from: "/tasks", link: ["main .rc-table a", "main a[href$='/cancel']"], name: "task-cancel" },
    { from: "/tasks?state=to_review", link: "main .rc-table a", name: "contribution-submitted" },
    { from: "/tasks?state=to_review", link: ["main .rc-table a", "main a[href$='/approve']"], name: "contribution-approve" },
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
    { from: "/tasks", link: ["main .rc-table a", "main dd a[href^='/deliverables/']"], name: "contribution" },
    { from: "/tasks", link: ["main .rc-table a", "main a[href$='/complete']"], name: "task-complete" },
    { from: "/tasks", link: ["main .rc-table a", "main a[href$='/block']"], press: "main .rc-form button", status: 422, name: "task-block-errors" },
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
