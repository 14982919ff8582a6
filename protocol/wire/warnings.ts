/** While the disk takes neither output nor changes; taken back by itself. Clients may say it in a person's language. */
export const notRecordingWarning =
  'Not recording: the disk takes nothing. Sessions run on; make room on it.';
