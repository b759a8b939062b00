/* Entry of the register page. */
import { render } from 'preact';
import '../shared/ui/styles';
import './till.css';
import './menu.css';
import './order.css';
import './details.css';
import './pay.css';
import './receipt.css';
import './narrow.css';
import { App } from './view/app';
import { pusher } from './state/till';

/* Leaving with unsent operations would lose them: the log is in memory. */
addEventListener('beforeunload', (e) => {
  if ((pusher.value?.log.length.value ?? 0) > 0) e.preventDefault();
});

render(<App />, document.getElementById('app')!);
