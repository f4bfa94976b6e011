import { walk } from './walks.js';
import { behindNginx } from './places.js';

walk(behindNginx);
