process.stdout.write('What the steps after this one leave behind is looked for when they are over.\n');
