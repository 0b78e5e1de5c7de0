// A debug adapter can ask VS Code only for sessions of its own type. For breakpoints in the server,
// this extension starts a session of Node's debugger on the process that the adapter names.
const { debug } = require("vscode");

exports.activate = ({ subscriptions }) => {
  const listener = debug.onDidReceiveDebugSessionCustomEvent(({ session, event, body }) => {
    if (event !== "nightlightServer") return;
    // Each session ends by itself: in a stopped server, the adapter could not answer.
    void debug.startDebugging(session.workspaceFolder, body, session);
  });
  subscriptions.push(listener);
};
