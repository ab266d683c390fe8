import './style.css';
import { render } from 'preact';
import { App } from './app';
import { theme } from './store';

const root = document.documentElement;
const applyTheme = (): void => {
  root.style.colorScheme = theme.value;
};
theme.subscribe(applyTheme);
applyTheme();
render(<App />, document.getElementById('app') as HTMLElement);
