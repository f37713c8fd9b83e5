// The page of questions or scenarios; decision.js has that of a decision.
import { keepAnswers } from "./answers/keeping.js";

keepAnswers()
