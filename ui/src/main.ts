import { mount } from 'svelte';
import './styles/tokens.css';
import './styles/base.css';
import './styles/layout.css';
import './styles/controls.css';
import './styles/inbox.css';
import './styles/inbox-tools.css';
import './styles/palette.css';
import './styles/views.css';
import './styles/wall.css';
import { App } from './domain/app.svelte';
import { chooseHost } from './host/choose';
import Root from './views/Root.svelte';

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no #app');
const app = new App(chooseHost());
mount(Root, { target, props: { app } });
app.start();
