// A worker that writes.
import { write } from './writer.js';

void write();
