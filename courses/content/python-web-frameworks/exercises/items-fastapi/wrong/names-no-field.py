# fails: A body without price answers 422 and names it
from fastapi import FastAPI, HTTPException

app = FastAPI()


@app.post("/items")
def create_item(item: dict):
    name, price = item.get("name"), item.get("price")
    if not isinstance(name, str) or not isinstance(price, int | float):
        raise HTTPException(422, "Invalid item")
    return {"name": name, "price_with_tax": round(price * 1.1, 2)}
