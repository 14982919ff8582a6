/** Every command of the manifest by the name that code uses. A command without a handler does not compile. */
export const commandIds = {
  newSession: 'waggle.newSession',
  openSession: 'waggle.openSession',
  renameSession: 'waggle.renameSession',
  tagSession: 'waggle.tagSession',
  stopSession: 'waggle.stopSession',
  restartSession: 'waggle.restartSession',
  resumeSession: 'waggle.resumeSession',
  resumeAll: 'waggle.resumeAll',
  detachSession: 'waggle.detachSession',
  deleteSession: 'waggle.deleteSession',
  reopenClosedSession: 'waggle.reopenClosedSession',
  continueConversation: 'waggle.continueConversation',
  mirrorPane: 'waggle.mirrorPane',
  importHistory: 'waggle.importHistory',
  keepSession: 'waggle.keepSession',
  copySessionId: 'waggle.copySessionId',
  showDaemonLog: 'waggle.showDaemonLog',
  restartDaemon: 'waggle.restartDaemon',
  stopDaemon: 'waggle.stopDaemon',
  installCommand: 'waggle.installCommand',
  uninstallCommand: 'waggle.uninstallCommand',
  refreshAgents: 'waggle.refreshAgents',
  answerNeed: 'waggle.answerNeed',
  dismissNeed: 'waggle.dismissNeed',
  reviewNeed: 'waggle.reviewNeed',
  nextNeed: 'waggle.nextNeed',
  whySession: 'waggle.whySession',
  muteNotices: 'waggle.muteNotices',
  missedNotices: 'waggle.missedNotices',
  giveAccess: 'waggle.giveAccess',
  removeEverything: 'waggle.removeEverything',
} as const;

export type CommandName = keyof typeof commandIds;
/** `argument`: what a menu, a row or another extension passed; anything may come. */
export type CommandHandler = (argument?: unknown) => Promise<void> | void;
export type CommandHandlers<N extends CommandName = CommandName> = Readonly<
  Record<N, CommandHandler>
>;
