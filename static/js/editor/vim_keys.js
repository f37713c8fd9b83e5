// Nearly as large as the rest of the editor, and run when it is there (vim.js).
export { Vim, getCM, vim } from "@replit/codemirror-vim"
