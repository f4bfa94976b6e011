import { walk } from './walks.js';
import { articles } from './places.js';

walk(articles);
