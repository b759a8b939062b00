// The page tests share one stack and run one after the other.
import './log.mjs';
import './rows.mjs';
import './sale.mjs';
import './approval.mjs';
import './choices.mjs';
import './kitchen.mjs';
import './looks.mjs';
import './catalogue.mjs';
import './why.mjs';
import './offline.mjs';
import './receipt.mjs';
import './office.mjs';
import './office-access.mjs';
import './office-catalogue.mjs';
import './office-more.mjs';
import './pairing.mjs';
import './office-looks.mjs';
