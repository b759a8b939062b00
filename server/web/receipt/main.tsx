/* Entry of the public receipt page: no sign-in, no till, nothing about the sale but what the receipt says. */
import { render } from 'preact';
import '../shared/ui/styles';
import './receipt.css';
import { openAddress } from './state/check';
import { keepPage } from './state/keep';
import { App } from './view/app';

addEventListener('hashchange', openAddress);
addEventListener('online', openAddress);
openAddress();
render(<App />, document.getElementById('app')!);
void keepPage();
