// Controls that need JavaScript wait in templates, so that nobody without it meets a dead button.

for (const template of document.querySelectorAll("template[data-scripted]")) template.replaceWith(template.content)
