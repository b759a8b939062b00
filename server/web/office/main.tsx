/* Entry of the back office. */
import { render } from 'preact';
import '../shared/ui/styles';
import './frame.css';
import './rows.css';
import './forms.css';
import { App } from './view/app';

render(<App />, document.getElementById('app')!);
