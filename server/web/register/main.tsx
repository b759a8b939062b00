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
import './state/price-change';
import { App } from './view/app';
import { keepPage } from './state/keep-page';
import { pusher } from './state/till';

/* Leaving before the device has kept what was written would lose it. */
addEventListener('beforeunload', (e) => {
  const log = pusher.value?.log;
  if (log && log.length.value > 0 && log.unkept.value) e.preventDefault();
});

render(<App />, document.getElementById('app')!);
void keepPage();
