/** The protocol's own library, in a file of its own: a daemon whose agents call no tools never loads it. */
export {
  ProtocolError,
  ProtocolErrorCode,
  Server,
  WebStandardStreamableHTTPServerTransport,
  createMcpHandler,
  isLegacyRequest,
} from '@modelcontextprotocol/server';
export type { CallToolResult } from '@modelcontextprotocol/server';
