// Nearly as large as the rest of the editor, and run when it is there (vim.js).
export { vim } from "@replit/codemirror-vim"
