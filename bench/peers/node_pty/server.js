// The plainest terminal server: one pseudo-terminal for each WebSocket, every chunk a JSON message.
// node server.js SOCKET COMMAND ARGUMENTS...   the query's `session` is the last argument
'use strict';

const http = require('http');
const pty = require('node-pty');
const { WebSocketServer } = require('ws');

const [socketPath, command, ...args] = process.argv.slice(2);
const server = http.createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: false });

sockets.on('connection', (socket, request) => {
  const query = new URL(request.url, 'http://bench').searchParams;
  const terminal = pty.spawn(command, [...args, query.get('session')], {
    name: 'xterm-256color',
    cols: Number(query.get('cols')),
    rows: Number(query.get('rows')),
  });
  terminal.onData((data) => socket.send(JSON.stringify({ type: 'output', data })));
  terminal.onExit(() => socket.close());
  socket.on('message', (message) => {
    const said = JSON.parse(message);
    if (said.type === 'input') terminal.write(said.data);
    if (said.type === 'resize') terminal.resize(said.cols, said.rows);
  });
  socket.on('close', () => terminal.kill());
});

server.listen(socketPath, () => process.stdout.write('ready\n'));
