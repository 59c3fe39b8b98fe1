// Which pages the browser tests visit, per persona of the demonstration. To add a page, add a line:
//
//   "/network"                                              a path; it must answer 200
//   { from: "/designations", link: "main .rc-table a" }     the page behind the first such link
//   { path: "/designations/new", press: "main .rc-form button", status: 422 }
//                                                           a form sent as it is, which must come back with its errors
//   { path: "/no-such-page", status: 404 }                  an error page
//
// A line may carry `name`, under which its screenshots are kept.

export const pages = {
  anonymous: [
    "/",
    "/sign-in",
    "/privacy",
    { path: "/no-such-page", status: 404 },
  ],
  secretariat: [
    "/",
    "/me",
    "/network",
    "/designations",
    "/designations/new",
    { path: "/designations/new", press: "main .rc-form button", status: 422, name: "designations-new-errors" },
    { from: "/designations", link: "main .rc-table a", name: "designation" },
  ],
  referent: [
    "/",
    "/me",
    "/network",
    "/designations",
  ],
  manager: [
    "/",
    "/me",
    "/network",
    "/designations",
  ],
};
