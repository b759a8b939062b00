/* Entry of the back office. */
import { render } from 'preact';
import '../shared/ui/styles';
import './frame.css';
import './rows.css';
import './forms.css';
import './catalogue.css';
import { finishSso } from './state/sso';
import { App } from './view/app';

void finishSso();
render(<App />, document.getElementById('app')!);
