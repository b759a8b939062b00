/* The design system's style sheets, in order. */
import './tokens.css';
import './base.css';
import './controls.css';
import './overlay.css';
import './sign-in.css';
