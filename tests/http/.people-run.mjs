const files = (process.env.FILES ?? '').split(' ');
await Promise.all(files.map((file) => import(`./${file}`)));
