// Our server as it runs in production, with a language model and a journal in a file.
import { createRequire } from 'node:module';
import { noted } from './noting.mjs';

const require = createRequire(import.meta.url);
const { serve } = require('../../dist/server.js');
const { readSettings } = require('../../dist/settings.js');

const { port } = await serve(readSettings({ PORT: '0', HOST: '127.0.0.1', ...process.env }));
process.on('message', () => process.send({ cpu: process.cpuUsage(), ...noted() }));
process.on('disconnect', () => process.exit(0));
process.send({ port });
