// A Model Context Protocol server, written with the official SDK. Run as a program it speaks on its standard streams.
const { McpServer } = require('@modelcontextprotocol/sdk/server/mcp.js');
const { z } = require('zod');

/** `seen` is told what becomes of calls. */
exports.calendar = (seen = () => {}) => {
  const server = new McpServer({ name: 'calendar', version: '1.0.0' });
  const text = (said) => ({ content: [{ type: 'text', text: said }] });
  server.registerTool(
    'next-free-slot',
    { description: 'Finds the next free appointment on a day.', inputSchema: { day: z.string() } },
    ({ day }) => text(`${day} at half past ten`),
  );
  server.registerTool('book', { description: 'Books an appointment.' }, () => ({
    isError: true,
    ...text('That day is a holiday.'),
  }));
  server.registerTool('slow', { description: 'Takes its time.' }, (extra) => {
    seen('began');
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(text('done')), 20_000);
      extra.signal.addEventListener('abort', () => {
        clearTimeout(timer);
        seen('cancelled');
        resolve(text('cancelled'));
      });
    });
  });
  server.registerTool('crash', { description: 'Falls over.' }, () => {
    if (require.main === module) process.exit(1);
    return text('survived');
  });
  return server;
};

if (require.main === module) {
  const { StdioServerTransport } = require('@modelcontextprotocol/sdk/server/stdio.js');
  exports.calendar().connect(new StdioServerTransport());
}
