// A page that writes. The first one opens the second, in a window of its own, and a worker.
import { self } from './post.js';
import { write } from './writer.js';

if (self.writer === 'first') {
  open(`/#${self.launch}/second`, '_blank', 'noopener');
  new Worker(`/worker.js#${self.launch}/worker`, { type: 'module' });
}
void write();
