/* Entry of the kitchen page. */
import { render } from 'preact';
import '../shared/ui/styles';
import './kitchen.css';
import { App } from './view/app';

document.documentElement.dataset['theme'] = 'kitchen';
render(<App />, document.getElementById('app')!);
